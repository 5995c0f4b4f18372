import type { Metadata } from 'next'
import Link from 'next/link'
import { Button } from '#ui/button.tsx'
import { Notice } from '#ui/notice.tsx'

/** Names the tab. */
export const metadata: Metadata = { title: 'Not found' }

/** Answers for addresses that do not exist. */
export default function NotFoundPage() {
  return (
    <Notice title="There is nothing here" text="The address may be mistyped, or the page is gone.">
      <Button asChild variant="outline">
        <Link href="/">Go to the start</Link>
      </Button>
    </Notice>
  )
}
