"""Hearing: from the sound card to blocks of samples that know their place."""
