"""The figures: each script prints one JSON line a figure. Speed and memory are claimed from here and nowhere else."""
