"""An evening of real music through the whole product, with real processes and no stand-ins."""
