/**
 * The request header in which `noteSocketAddresses` puts the address at the other end of the connection. Route handlers cannot see the
 * connection, and Next.js sets `x-forwarded-for` only if the caller did not.
 */
export const socketAddressHeader = 'x-socket-address'
