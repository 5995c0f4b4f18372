const pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Writes bytes in base 64, padded (RFC 4648 §4). */
export function encodeBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

/** Reads padded base 64, strictly: `atob` alone would let white space pass. */
export function decodeBase64(text: string): Uint8Array | null {
  if (!pattern.test(text)) return null
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
