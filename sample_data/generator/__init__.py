"""An invented company: its people, what they do, the exports that record it, and the truth about it."""
