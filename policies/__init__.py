"""Everything that learns. Only this package and what imports it loads torch."""
