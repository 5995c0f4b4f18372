export { type GuardedContext, type RouteParams, type WithKeyOptions, withKey } from './with-key.ts'
