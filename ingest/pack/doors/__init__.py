"""What a pack may say of each protocol that a source is heard by: one module a protocol."""
