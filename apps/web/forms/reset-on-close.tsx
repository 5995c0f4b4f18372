'use client'

import { type ComponentType, useEffect, useState } from 'react'
import { flushSync } from 'react-dom'

/** The props of a dialog with a form. */
export interface FormDialogProps {
  /** Of the dialog, for the button that opens it. */
  readonly id: string
  /** Whether it is open at first. Default: false. */
  readonly isOpenAtFirst?: boolean
  /** Called when the dialog is closed, in any way. */
  readonly onClosed?: () => void
}

/**
 * Wraps a dialog so that it starts afresh each time: React drops its state when the dialog is closed, and when the visitor
 * leaves the page, because the browser may keep the page for its Back button.
 */
export function withResetOnClose<Props extends FormDialogProps>(
  Component: ComponentType<Props & Required<FormDialogProps>>,
): ComponentType<Props> {
  return function ResetOnClose(props: Props) {
    const [timesReset, setTimesReset] = useState(0)
    useEffect(() => {
      // Synchronously, because a scheduled update would run only after the browser has stored the page.
      const reset = () => flushSync(() => setTimesReset((times) => times + 1))
      window.addEventListener('pagehide', reset)
      return () => window.removeEventListener('pagehide', reset)
    }, [])
    const onClosed = () => {
      setTimesReset(timesReset + 1)
      props.onClosed?.()
    }
    const isOpenAtFirst = timesReset === 0 && props.isOpenAtFirst === true
    return <Component {...props} key={timesReset} isOpenAtFirst={isOpenAtFirst} onClosed={onClosed} />
  }
}
