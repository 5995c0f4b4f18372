/** The prefix of the keys that users of this application create. */
export const userKeyPrefix = 'rk_user'
