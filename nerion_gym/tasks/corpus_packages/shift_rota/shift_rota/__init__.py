"""Who works when, and what for: shifts of a week, a fair rota, pay."""
