"""What holds of every world, ours or yours: one function a check (`nerion worlds --check`)."""
