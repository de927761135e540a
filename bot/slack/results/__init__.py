"""The results message: its filters, pages, detail, selection state, sharing and export."""
