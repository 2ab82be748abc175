wenbao-pack-ed25519 5f67371db0fcdbe8 7gl87D++pvIla7T3pC+CQ0hbWqurUGmKUqFk/CzOYxulVCC99QJ+B7UbL+BIt3+ItKxYgWNDSKcgHtxWD56hCg==
