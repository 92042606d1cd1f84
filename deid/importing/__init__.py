"""De-identifies back-files of 1999 hotlines, a million rows in bounded memory, resumable, over all cores."""
