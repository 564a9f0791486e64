//! The APIs of models, and what a request to each may hold.

/// What a path asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Api {
    /// OpenAI's Responses: <https://platform.openai.com/docs/api-reference/responses/create>
    Responses,
    /// Chat Completions: <https://platform.openai.com/docs/api-reference/chat/create>
    Chat,
    /// Anthropic's Messages: <https://docs.anthropic.com/en/api/messages>
    Messages,
    /// How many tokens such messages would be. No model answers.
    CountTokens,
}

/// The top-level keys of Responses that stay within the model.
const RESPONSES: &[&str] = &[
    "client_metadata",
    "context_management",
    "include",
    "input",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "model",
    "parallel_tool_calls",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "service_tier",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
];

/// The same of Chat Completions, with what servers for open models take besides.
const CHAT: &[&str] = &[
    "cache_prompt",
    "chat_template_kwargs",
    "enable_thinking",
    "frequency_penalty",
    "function_call",
    "functions",
    "include_reasoning",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "metadata",
    "min_p",
    "model",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning",
    "reasoning_effort",
    "reasoning_format",
    "repeat_penalty",
    "repetition_penalty",
    "response_format",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "thinking",
    "thinking_budget",
    "tool_choice",
    "tools",
    "top_k",
    "top_logprobs",
    "top_p",
    "typical_p",
    "usage",
    "user",
    "verbosity",
];

/// The same of Messages. `speed` and `fallbacks` are left out: they cost more, or name other models.
const MESSAGES: &[&str] = &[
    "cache_control",
    "compaction",
    "context_hint",
    "context_management",
    "diagnostics",
    "max_tokens",
    "messages",
    "metadata",
    "model",
    "output_config",
    "output_format",
    "service_tier",
    "stop_sequences",
    "stream",
    "system",
    "temperature",
    "thinking",
    "tool_choice",
    "tools",
    "top_k",
    "top_p",
];

impl Api {
    /// The one that a path, or the pattern of one, ends in.
    pub(super) fn at(path: &str) -> Option<Self> {
        const ENDS: [(&str, Api); 4] = [
            ("/responses", Api::Responses),
            ("/chat/completions", Api::Chat),
            ("/messages", Api::Messages),
            ("/messages/count_tokens", Api::CountTokens),
        ];
        ENDS.into_iter().find_map(|(end, api)| path.ends_with(end).then_some(api))
    }

    /// Whether a key, in small letters, is one of those that are known to stay within the model.
    pub(super) fn takes(self, key: &str) -> bool {
        let keys = match self {
            Self::Responses => RESPONSES,
            Self::Chat => CHAT,
            Self::Messages | Self::CountTokens => MESSAGES,
        };
        keys.contains(&key)
    }

    /// Whether a model answers, so that it is a turn and costs something.
    pub(super) fn asks_a_model(self) -> bool {
        self != Self::CountTokens
    }
}
