// Every client, proxy and server passes visible ASCII on unchanged. The bound keeps the hash of a hostile key cheap.
const usableKey = /^[!-~]{1,4096}$/

// Fetch joins repeated headers with ", " (Fetch, "get, decode, and split"). If the first or last one is empty, the comma is at
// the start or end, because the space around the whole value is trimmed.
export const joinedHeaders = /, |^,|,$/

/** Whether text can be sent in a header as a key and arrive unchanged. */
export const isUsableKey = (text: string) => usableKey.test(text) && !joinedHeaders.test(text)
