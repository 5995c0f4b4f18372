/** A key and a value in the metadata of customers. */
export type MetadataPair = readonly [key: string, value: string]

/**
 * Parses `key=value`. Pure.
 *
 * @returns null without a key or a value, or if the key is the engine's own
 */
export function parseMetadataPair(text: string): MetadataPair | null {
  const [, key = '', value = ''] = /^([^=]+)=(.+)$/s.exec(text) ?? []
  return key === '' || key === 'profile_id' ? null : [key, value]
}

/** Creates the check whether a customer has one of the pairs in its metadata, which marks it as one of others. Pure. */
export function expectForeign(pairs: readonly MetadataPair[]): (metadata: Readonly<Record<string, string>>) => boolean {
  return (metadata) => pairs.some(([key, value]) => metadata[key] === value)
}
