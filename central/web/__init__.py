"""What people look at: the staff console."""
