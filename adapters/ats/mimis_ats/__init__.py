"""The ats adapter: employers fetch what learners shared and write it into their own recruitment system."""
