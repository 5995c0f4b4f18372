import type { Metadata } from 'next'
import Link from 'next/link'
import { Button } from '#ui/button.tsx'
import { Notice } from '#ui/notice.tsx'

export const metadata: Metadata = { title: 'Not found' }

/** Replaces pages that do not exist. */
export default function NotFoundPage() {
  return (
    <Notice title="Page not found" text="The address may be mistyped, or the page was removed.">
      <Button asChild variant="outline">
        <Link href="/">Go to the home page</Link>
      </Button>
    </Notice>
  )
}
