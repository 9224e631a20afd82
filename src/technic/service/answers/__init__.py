"""What the routes answer with: jobs and results as JSON, a worker's answers, a job's events."""
