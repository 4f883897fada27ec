"""Wrappers around any world: fixed shapes, intrinsic rewards, exploration schedules."""
