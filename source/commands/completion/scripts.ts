/** The shells with a completion script. */
export const shells = ['bash', 'zsh', 'fish'] as const;

/** A shell with a completion script. */
export type Shell = (typeof shells)[number];

/**
 * Each shell's script. It asks `keymaker __complete` and lets the shell insert the words. Poems' names are
 * data to it, never code.
 */
export const scripts: Readonly<Record<Shell, string>> = {
	bash: `# keymaker's completion for bash
_keymaker() {
	local kind word
	COMPREPLY=()
	{
		IFS= read -r kind
		while IFS= read -r word; do
			COMPREPLY+=("$word")
		done
	} < <(command keymaker __complete bash "\${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
	case $kind in
		files) compopt -o default ;;
		folders) compopt -o dirnames ;;
		commands)
			compopt -o default
			while IFS= read -r word; do
				COMPREPLY+=("$word")
			done < <(compgen -c -- "$2")
			;;
	esac
} 2>/dev/null
complete -F _keymaker keymaker
`,
	zsh: `#compdef keymaker
# keymaker's completion for zsh
_keymaker() {
	local -a reply names shown
	local line
	reply=("\${(@f)$(command keymaker __complete words "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
	case $reply[1] in
		files)
			(( \${words[(I)--]} )) && { _keymaker_program; return; }
			_files
			;;
		folders) _files -/ ;;
		commands) _keymaker_program ;;
		words)
			for line in "\${(@)reply[2,-1]}"; do
				[[ -n $line ]] || continue
				names+=("\${line%%$'\\t'*}")
				shown+=("\${\${line/$'\\t'/  }%  }")
			done
			compadd -l -d shown -a names
			;;
	esac
}
_keymaker_program() {
	local -i at=\${words[(i)--]}
	shift $at words
	(( CURRENT -= at ))
	_normal
}
if [[ $funcstack[1] == _keymaker ]]; then
	_keymaker "$@"
else
	compdef _keymaker keymaker
fi
`,
	fish: `# keymaker's completion for fish
function __keymaker_complete
	set -l before (commandline -opc)
	set -l current (commandline -ct)
	set -q current[1]; or set current ''
	set -l reply (command keymaker __complete words $before[2..-1] $current 2>/dev/null)
	switch "$reply[1]"
		case files
			__fish_complete_path $current
		case folders
			__fish_complete_directories $current
		case commands
			set -l at (contains -i -- -- $before)
			set -l rest $before[(math $at + 1)..-1] $current
			complete -C (string join ' ' -- (string escape -- $rest))
		case words
			printf '%s\\n' $reply[2..-1]
	end
end
complete -c keymaker -f -a '(__keymaker_complete)'
`,
};
