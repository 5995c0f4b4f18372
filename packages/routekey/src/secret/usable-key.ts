// Visible ASCII is what every client, proxy and server hands on unchanged. The bound keeps the hash of a hostile key cheap.
const usableKey = /^[\x21-\x7e]{1,4096}$/

// Fetch joins repeated headers with ", " (Fetch, "get, decode, and split"); an empty first or last one leaves the comma at an
// end once the space around the whole value is trimmed.
export const joinedHeaders = /, |^,|,$/

/** Says whether text can be sent as a key and arrive as it was. */
export const isUsableKey = (text: string) => usableKey.test(text) && !joinedHeaders.test(text)
