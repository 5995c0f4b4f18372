/** The key that the stand-in lets in. */
export const secretKey = 'sk_test_sandbox_0123456789abcdefghij'
