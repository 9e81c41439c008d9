"""What do readers want to read, and how? Wishes about content are no consent."""
