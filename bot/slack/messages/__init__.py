"""Messages that are posted once and edited: outbox, history look-up, errors as words."""
