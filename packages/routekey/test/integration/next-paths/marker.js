/** What a response holds if a page or a route ran. */
export const marker = 'the-guarded-part-was-reached'
