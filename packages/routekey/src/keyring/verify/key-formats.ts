/** Returns the hash under which a key of another system is stored, or null for a key that it did not create. */
export type ForeignKeys = (key: string) => string | null
