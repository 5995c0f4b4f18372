/** The key that the stand-in accepts in these tests. */
export const secretKey = 'sk_test_sandbox_0123456789abcdefghij'
