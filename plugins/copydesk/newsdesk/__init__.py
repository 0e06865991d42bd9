"""The Newsdesk: cleaned articles with everything that was removed still visible, as a page inside Airflow's UI."""
