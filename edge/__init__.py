"""The box in the hall: it hears, recognises, remembers and reports."""
