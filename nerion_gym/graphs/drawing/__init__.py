"""Pictures of program graphs: a layout that reads like the source, written as SVG or PNG."""
