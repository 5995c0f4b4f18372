import type { Metadata } from 'next'
import { Suspense } from 'react'
import { requireUser } from '#features/auth/session.ts'
import { CreateKeyButton, CreateKeyDialog } from '#features/keys/dialogs/create-key-dialog.tsx'
import { KeyDialogs } from '#features/keys/dialogs/key-dialogs.tsx'
import { KeyListSkeleton } from '#features/keys/list/key-list-skeleton.tsx'
import { KeyList } from '#features/keys/list/key-list.tsx'
import { OwnerUsageCard } from '#features/usage/usage-card.tsx'
import { UsageSkeleton } from '#features/usage/usage-skeleton.tsx'
import { PageHeading } from '#ui/page-heading.tsx'

export const metadata: Metadata = { title: 'API keys' }

/** The keys of the signed-in user and their usage. */
export default async function KeysPage({ searchParams }: PageProps<'/keys'>) {
  const { id: owner } = await requireUser('/keys')
  const { show, after } = await searchParams
  return (
    <div className="mx-auto flex w-full max-w-5xl flex-col gap-6 px-4 py-10 sm:px-6 sm:py-14">
      <PageHeading title="API keys" text="Use them to call the API from your programs.">
        <CreateKeyButton />
      </PageHeading>
      <CreateKeyDialog />
      <KeyDialogs>
        {/* The usage is inside the list, because it is read after the list and its place depends on the list's length. */}
        <Suspense
          fallback={
            <>
              <KeyListSkeleton />
              <UsageSkeleton />
            </>
          }
        >
          <KeyList
            owner={owner}
            show={show === 'ended' ? 'ended' : 'living'}
            {...(typeof after === 'string' && { after })}
          >
            <Suspense fallback={<UsageSkeleton />}>
              <OwnerUsageCard owner={owner} />
            </Suspense>
          </KeyList>
        </Suspense>
      </KeyDialogs>
    </div>
  )
}
