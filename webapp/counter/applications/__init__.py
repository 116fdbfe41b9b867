"""Document applications: files with requirements and stages, their pauses, and their turnaround."""
