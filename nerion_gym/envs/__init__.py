"""The worlds as Gymnasium environments: plan an edit, run its tests, finish the step."""
