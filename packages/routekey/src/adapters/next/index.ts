export { type GuardedContext, type RouteParams, withKey } from './with-key.ts'
