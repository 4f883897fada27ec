"""Marks for quizzes: answers, points, grades, a league table."""
