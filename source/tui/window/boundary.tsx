import {Component, type ReactNode} from 'react';

/** What the boundary gets. */
export type BoundaryProps = {children: ReactNode; onError(error: unknown): void};

/** Draws nothing after an exception in a component. Ink would draw its message, which may quote anything. */
export class Boundary extends Component<BoundaryProps, {failed: boolean}> {
	override state = {failed: false};

	static getDerivedStateFromError() {
		return {failed: true};
	}

	override componentDidCatch(error: unknown) {
		this.props.onError(error);
	}

	override render() {
		return this.state.failed ? null : this.props.children;
	}
}
