'use client'

import { type ComponentType, useEffect, useState } from 'react'
import { flushSync } from 'react-dom'

/** What a dialog with a form is given. */
export interface FormDialogProps {
  /** Of the dialog, for the button that opens it. */
  readonly id: string
  /** Shows it from the start. Default: false. */
  readonly isOpenAtFirst?: boolean
  /** Called when it was closed, in whatever way. */
  readonly onClosed?: () => void
}

/**
 * Makes of a dialog one that begins anew each time: React forgets all that it held when it was closed, and when the page is
 * left, because the browser may keep the page for its Back button.
 */
export function withResetOnClose<Props extends FormDialogProps>(
  Turn: ComponentType<Props & Required<FormDialogProps>>,
): ComponentType<Props> {
  return function Turns(props: Props) {
    const [turn, setTurn] = useState(0)
    useEffect(() => {
      // At once: what waits is done only after the page was put away.
      const forget = () => flushSync(() => setTurn((current) => current + 1))
      window.addEventListener('pagehide', forget)
      return () => window.removeEventListener('pagehide', forget)
    }, [])
    const onClosed = () => {
      setTurn(turn + 1)
      props.onClosed?.()
    }
    const isOpenAtFirst = turn === 0 && props.isOpenAtFirst === true
    return <Turn {...props} key={turn} isOpenAtFirst={isOpenAtFirst} onClosed={onClosed} />
  }
}
