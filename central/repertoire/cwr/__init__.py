"""Common Works Registration 2.1 and 2.2: files of works in, acknowledgements back."""
