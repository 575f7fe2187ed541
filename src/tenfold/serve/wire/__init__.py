"""What carries a question: connections, bodies, access, metrics, problems."""
