"""What is known of an article besides its text, each value with where it came from."""
