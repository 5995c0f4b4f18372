import type { ReconcileOptions } from './reconcile.ts'
import { repairBatch, type ReconcileStore, type RepairedPage } from './reconcile-store.ts'

/** Repairs page by page. Returns how many rows it wrote. */
export async function repairPages(
  repair: ReconcileStore['repairProfilePage'],
  { signal, onProgress }: ReconcileOptions,
  total: number,
): Promise<number> {
  let written = 0
  let after: string | null = null
  for (let pages = 1; ; pages += 1) {
    signal?.throwIfAborted()
    const page: RepairedPage = await repair(after)
    written += page.written
    onProgress({ phase: 'repairs', done: pages * repairBatch, total })
    if (page.last === null) return written
    after = page.last
  }
}
