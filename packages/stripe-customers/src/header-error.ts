/** Whether an HTTP client says that a header, such as that of a key, has a character that it cannot send. */
export function isHeaderError(message: string): boolean {
  return /invalid header value|invalid character in header|ByteString/i.test(message)
}
