"""The kit that every view is made of: safe text, words, small builders, fields that several views share."""
