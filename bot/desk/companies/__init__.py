"""Companies: how they stand, how one is connected, how its grant is kept, where its records are opened."""
