// npm run build: the library and the application, as far as their builds are stale.
import { BuildError, buildApplication } from './build-if-stale.ts'

try {
  await buildApplication()
} catch (error) {
  console.error(error instanceof BuildError ? error.message : error)
  process.exit(1)
}
