import {realpath} from 'node:fs/promises';
import path from 'node:path';
import type {Environment} from '../system/environment.ts';
import {askProgram, findProgram} from '../system/programs.ts';

/** How long the system's program can take to name the browser, in milliseconds. */
const patience = 5000;

/** Linux's own entry for “whatever browser there is”. */
const anyBrowser = 'debian-sensible-browser';

/** The system's name for its default browser: a desktop file, a bundle or a program; `null` if it names none. */
export async function defaultBrowser(env: Environment, platform: NodeJS.Platform): Promise<string | null> {
	const ask = (...command: string[]) => askProgram({command, env}, patience);
	switch (platform) {
		case 'darwin':
			return macBrowser(await ask('plutil', '-convert', 'json', '-o', '-', launchServices(env)));
		case 'win32':
			return registryText(await ask('reg', 'query', userChoice, '/v', 'ProgId'));
		default: {
			const entry =
				desktopEntry(await ask('xdg-settings', 'get', 'default-web-browser')) ??
				desktopEntry(await ask('xdg-mime', 'query', 'default', 'x-scheme-handler/https'));
			return entry === null || entry === anyBrowser ? debianBrowser(env) : entry;
		}
	}
}

/** The program that Windows starts for a browser with this name; `null` if it does not say. */
export async function windowsProgram(name: string, env: Environment): Promise<string | null> {
	const command = ['reg', 'query', `HKCR\\${name}\\shell\\open\\command`, '/ve'];
	const line = registryText(await askProgram({command, env}, patience));
	return line === null ? null : (/^"([^"]+)"/.exec(line)?.[1] ?? null);
}

const userChoice =
	'HKCU\\Software\\Microsoft\\Windows\\Shell\\Associations\\UrlAssociations\\https\\UserChoice';

/** The value in `reg query`'s output. The name before it can be in any language. */
function registryText(printed: string | null): string | null {
	return /\sREG_(?:EXPAND_)?SZ\s+(.*\S)/.exec(printed ?? '')?.[1] ?? null;
}

function launchServices(env: Environment): string {
	return `${env.HOME ?? ''}/Library/Preferences/com.apple.LaunchServices/com.apple.launchservices.secure.plist`;
}

/** The bundle that handles web addresses. Safari does by default. */
function macBrowser(printed: string | null): string {
	try {
		const {LSHandlers: handlers} = JSON.parse(printed ?? '');
		const handler = handlers.find((one: Record<string, unknown>) => one.LSHandlerURLScheme === 'https');
		return String(handler.LSHandlerRoleAll).toLowerCase();
	} catch {
		return 'com.apple.safari';
	}
}

function desktopEntry(printed: string | null): string | null {
	return /^(\S+)\.desktop\s*$/.exec(printed ?? '')?.[1] ?? null;
}

/** The browser in Debian's alternatives, for desktops without a setting. */
async function debianBrowser(env: Environment): Promise<string | null> {
	const program = findProgram('x-www-browser', env);
	return program === null ? null : path.basename(await realpath(program).catch(() => program));
}
