const pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/

/** Encodes bytes in base64 with padding (RFC 4648 §4). */
export function encodeBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

/** Decodes base64, with or without padding; null if it is malformed. `atob` alone would accept white space. */
export function decodeBase64(text: string): Uint8Array | null {
  if (!pattern.test(text)) return null
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
