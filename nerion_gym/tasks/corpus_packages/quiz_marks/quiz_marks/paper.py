"""A paper is a list of questions with weights."""

from __future__ import annotations

from dataclasses import dataclass, field

from quiz_marks.questions import Choices, Number, Text

GRADES = ((0.9, "A"), (0.75, "B"), (0.6, "C"), (0.5, "D"))


def grade(share: float) -> str:
    for least, letter in GRADES:
        if share >= least:
            return letter
    return "F"


@dataclass
class Paper:
    questions: list[tuple[Text | Number | Choices, int]] = field(default_factory=list)

    def ask(self, question: Text | Number | Choices, weight: int = 1) -> Paper:
        if weight <= 0:
            raise ValueError("a question without weight")
        self.questions.append((question, weight))
        return self

    @property
    def most(self) -> int:
        return sum(weight for _, weight in self.questions)

    def points(self, answers: list[str]) -> float:
        if len(answers) > len(self.questions):
            raise ValueError(f"{len(answers)} answers to {len(self.questions)} questions")
        pairs = zip(self.questions, answers, strict=False)
        return sum(weight * question.mark(given) for (question, weight), given in pairs)

    def grade(self, answers: list[str]) -> str:
        return grade(self.points(answers) / self.most)
