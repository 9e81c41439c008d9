"""Makes fetched posts fit to be shown: sanitised, without the page around them, excerpted, with language and topics."""
