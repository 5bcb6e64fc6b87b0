/** How to tell a browser to use its own profile folder. */
export type Family = 'chromium' | 'firefox';

/** A browser that can start with an empty profile, and its names where it is installed. */
export type Browser = {
	/** Its name for the person. */
	name: string;
	family: Family;
	/** Its desktop files on Linux, without the extension. A snap's and a flatpak's names follow from these. */
	entries: readonly string[];
	/** Its programs on the PATH, preferred ones first. */
	programs: readonly string[];
	/** Its snap. */
	snap?: string;
	/** Its flatpaks. */
	flatpaks?: readonly string[];
	/** Its name on macOS, and the program in its application. */
	mac?: {id: string; program: string};
	/** The start of its names on Windows. */
	windows?: string;
};

/** The known browsers, preferred ones first if the system names none. */
export const browsers: readonly Browser[] = [
	{
		name: 'Firefox',
		family: 'firefox',
		entries: ['firefox', 'firefox-esr', 'firefox-stable', 'firefox-nightly', 'org.mozilla.firefox'],
		programs: ['firefox', 'firefox-esr', 'firefox-nightly'],
		snap: 'firefox',
		flatpaks: ['org.mozilla.firefox'],
		mac: {id: 'org.mozilla.firefox', program: 'Firefox.app/Contents/MacOS/firefox'},
		windows: 'FirefoxURL',
	},
	{
		name: 'Chromium',
		family: 'chromium',
		entries: ['chromium', 'chromium-browser', 'org.chromium.Chromium'],
		programs: ['chromium', 'chromium-browser'],
		snap: 'chromium',
		flatpaks: ['org.chromium.Chromium', 'io.github.ungoogled_software.ungoogled_chromium'],
		mac: {id: 'org.chromium.chromium', program: 'Chromium.app/Contents/MacOS/Chromium'},
		windows: 'ChromiumHTM',
	},
	{
		name: 'Chrome',
		family: 'chromium',
		entries: [
			...['google-chrome', 'google-chrome-stable', 'com.google.Chrome'],
			...['google-chrome-beta', 'google-chrome-unstable'],
		],
		programs: ['google-chrome-stable', 'google-chrome', 'google-chrome-beta', 'google-chrome-unstable'],
		flatpaks: ['com.google.Chrome'],
		mac: {id: 'com.google.chrome', program: 'Google Chrome.app/Contents/MacOS/Google Chrome'},
		windows: 'ChromeHTML',
	},
	{
		name: 'Brave',
		family: 'chromium',
		entries: ['brave-browser', 'com.brave.Browser'],
		programs: ['brave-browser', 'brave-browser-stable', 'brave'],
		snap: 'brave',
		flatpaks: ['com.brave.Browser'],
		mac: {id: 'com.brave.browser', program: 'Brave Browser.app/Contents/MacOS/Brave Browser'},
		windows: 'BraveHTML',
	},
	{
		name: 'Edge',
		family: 'chromium',
		entries: ['microsoft-edge', 'com.microsoft.Edge'],
		programs: ['microsoft-edge-stable', 'microsoft-edge'],
		flatpaks: ['com.microsoft.Edge'],
		mac: {id: 'com.microsoft.edgemac', program: 'Microsoft Edge.app/Contents/MacOS/Microsoft Edge'},
		windows: 'MSEdgeHTM',
	},
	{
		name: 'Vivaldi',
		family: 'chromium',
		entries: ['vivaldi-stable', 'vivaldi', 'com.vivaldi.Vivaldi'],
		programs: ['vivaldi-stable', 'vivaldi'],
		snap: 'vivaldi',
		flatpaks: ['com.vivaldi.Vivaldi'],
		mac: {id: 'com.vivaldi.vivaldi', program: 'Vivaldi.app/Contents/MacOS/Vivaldi'},
		windows: 'VivaldiHTM',
	},
	{
		name: 'LibreWolf',
		family: 'firefox',
		entries: ['librewolf', 'io.gitlab.librewolf-community'],
		programs: ['librewolf'],
		flatpaks: ['io.gitlab.librewolf-community'],
		mac: {id: 'io.gitlab.librewolf-community', program: 'LibreWolf.app/Contents/MacOS/librewolf'},
		windows: 'LibreWolfURL',
	},
];

/** The arguments that open an address in a separate window with nothing but its profile. */
export function ownWindowArgs(family: Family, profile: string, url: string): string[] {
	return family === 'chromium'
		? [`--user-data-dir=${profile}`, '--no-first-run', '--no-default-browser-check', '--new-window', url]
		: ['--profile', profile, '--no-remote', '--new-instance', url];
}

/** Firefox's settings for an empty profile: no start page but the address, no questions, no saved passwords. */
export const firefoxSettings = [
	['browser.aboutwelcome.enabled', 'false'],
	['browser.preonboarding.enabled', 'false'],
	['browser.shell.checkDefaultBrowser', 'false'],
	['browser.startup.homepage_override.mstone', '"ignore"'],
	['browser.startup.page', '0'],
	['datareporting.policy.dataSubmissionEnabled', 'false'],
	['signon.rememberSignons', 'false'],
	['termsofuse.bypassNotification', 'true'],
]
	.map(([name, value]) => `user_pref("${name}", ${value});\n`)
	.join('');
