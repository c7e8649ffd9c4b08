package secret

import "gatehouse.dev"

// modelProviders are model hosts and what surrounds them.
func modelProviders() []provider {
	return []provider{
		{
			name: "openai-key", detail: "OpenAI API key", severity: gatehouse.Critical,
			anchors: []string{"T3BlbkFJ"}, before: []part{lit("sk-"), exactly(alnum, 20)}, body: []part{exactly(alnum, 20)},
			find: []string{"sk-UqAqBUEgpspAbaBqTQtNT3BlbkFJ" + "O1qm3kAwN4VWGP5aZ882"},
			pass: []string{"sk-xgvY5TgLnEfFzGBXUZUYT3BlbkFJ" + "WwSEAOlFTbhyWwz77dO"},
		},
		{
			name: "openai-project-key", detail: "OpenAI API key", severity: gatehouse.Critical,
			anchors: []string{"sk-proj-", "sk-svcacct-", "sk-admin-"}, body: []part{run(urlsafe, 48, 200)},
			find: []string{"sk-proj-" + "gkHOwh6FOE6DXqfCDghk0_YLL3zNxkd8QRs82eHdSWUzrOPK", "sk-svcacct-" + "1YvQcA-PBCH35nYVvZjVSzWoyw67hYwfUrlOxy-qK4zkccW3"},
			pass: []string{"sk-proj-" + "IPf8Wx44T_KrlI6Nwc_GO6oZ9M6pQlbym1IemI0h8GHoGRB", "sk-proj-" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "anthropic-key", detail: "Anthropic API key", severity: gatehouse.Critical,
			anchors: []string{"sk-ant-api03-", "sk-ant-admin01-", "sk-ant-oat01-", "sk-ant-ort01-", "sk-ant-sid01-"}, body: []part{run(urlsafe, 80, 120)},
			find: []string{"sk-ant-api03-" + "a_u9DFOpI3gislGFLzacc71bUwnVz_4RdwqPB_3qpFEsU2LLLaaRibbTGhwrUsq9mxvYE03XUJaewFPo", "sk-ant-admin01-" + "pitfov3OREfpVml_mJvX4H-aeE6KSDtQnVvA51sZbyyRHe3Cr2vh9ArZbx97JwUhvh5Ki8bZ9YJIJnGS"},
			pass: []string{"sk-ant-api03-" + "uK18WvZg5xv0hq-UYHHJsVeRCNDphXjl5bfMKMMvdAqWUKNX-2Me-4raOMBHOwjBs63CRJWcb7Soz0z", "sk-ant-api03-" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "huggingface-token", detail: "Hugging Face token", severity: gatehouse.Critical,
			anchors: []string{"hf_"}, body: []part{exactly(letters, 34)},
			find: []string{"hf_" + "diqFmJRBDRJdnipyUwkQbjzQffxrDKHqoJ"},
			pass: []string{"hf_" + "pfxRzesVENiKOMwMDQykuDXAVBzEsKgDN", "hf_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "huggingface-org-token", detail: "Hugging Face organisation token", severity: gatehouse.High,
			anchors: []string{"api_org_"}, body: []part{exactly(letters, 34)},
			find: []string{"api_org_" + "ubZEJOPuytZuMaiAPLWbkCouEZdqVIMONG"},
			pass: []string{"api_org_" + "HLDFIBpDoMnxXXBVFhwinQxLCBKXuOxfr", "api_org_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "groq-key", detail: "Groq API key", severity: gatehouse.High,
			anchors: []string{"gsk_"}, body: []part{exactly(alnum, 52)},
			find: []string{"gsk_" + "CGj2nAX004ftn6Jc1brnp4CmHF2jsun40j2WJ4mOvf2A5dqKaNZG"},
			pass: []string{"gsk_" + "FfsNz0uBAuxPwbFDI1TsymM4t51SMyrOqFeTcdukAy1M1nI5ba3", "gsk_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "xai-key", detail: "xAI API key", severity: gatehouse.High,
			anchors: []string{"xai-"}, body: []part{run(alnum, 70, 84)},
			find: []string{"xai-" + "I902hvQsQVnt4Zz5ibNiZPkJXSkYASuDzkKozX9Ni3SuUzro1AlP8ibkGJzJZBGjjSjRMc"},
			pass: []string{"xai-" + "JcXJMj5lG4TfUhxgmbtF0MHdKmXyIxkZIeHv0pQ9eMFztQz1YF7EebB7nuqPBdxbnA6g4", "xai-" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "perplexity-key", detail: "Perplexity API key", severity: gatehouse.High,
			anchors: []string{"pplx-"}, body: []part{exactly(alnum, 48)},
			find: []string{"pplx-" + "wQwEHeWY5F0Kh8thFEkmzdRweZgXJvi1CBI5y6bI1VmmT7R5"},
			pass: []string{"pplx-" + "SjPS4NqzWvgnjbudo5q4nJg7aysWSPjkyyJuGmu9til3X17", "pplx-" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "replicate-token", detail: "Replicate API token", severity: gatehouse.High,
			anchors: []string{"r8_"}, body: []part{exactly(alnum, 37)},
			find: []string{"r8_" + "So23MmyKXau2Y5tNxhQ7xmHkPzntihDrpEmLV"},
			pass: []string{"r8_" + "6K7ZreB1igDuukrPY4fBbebrQ2jhwchupe2M", "r8_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "openrouter-key", detail: "OpenRouter API key", severity: gatehouse.High,
			anchors: []string{"sk-or-v1-"}, body: []part{exactly(hex, 64)},
			find: []string{"sk-or-v1-" + "e7d8bb0d966367c29028a26592aebab23b60b24a1d1e18dce09143305a43940d"},
			pass: []string{"sk-or-v1-" + "9e1ed08ccb26f46164861d0ffecffac4c5f960c68e4c5a3890cf1445933bdc2", "sk-or-v1-" + "0000000000000000000000000000000000000000000000000000000000000000"},
		},
		{
			name: "langsmith-key", detail: "LangSmith API key", severity: gatehouse.High,
			anchors: []string{"lsv2_pt_", "lsv2_sk_"}, body: []part{exactly(hex, 32), lit("_"), exactly(hex, 10)},
			find: []string{"lsv2_pt_" + "28ebca1b12e5deba2690b1557ac89276_7df4e74ecc", "lsv2_sk_" + "593316d24855d31ec1c063ab5ad68c16_ec71a420ad"},
			pass: []string{"lsv2_pt_" + "c4c0750d36c14a29d4ef6edb15ba576d_14a794570", "lsv2_pt_" + "00000000000000000000000000000000_0000000000"},
		},
		{
			name: "pinecone-key", detail: "Pinecone API key", severity: gatehouse.High,
			anchors: []string{"pcsk_"}, body: []part{run(pine, 60, 80)},
			find: []string{"pcsk_" + "diYRdLVcCKXgYOEwXXkcXxqHFSY5QbcbgAVKDAUHdgak1cBCXbNQWrJUU0iP"},
			pass: []string{"pcsk_" + "Mu9N1V4snovfoLfWk2DTjA9D4YocduFQbA0d_Y06XhFAv7O5GJaE3Wmb87I", "pcsk_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "nvidia-key", detail: "NVIDIA API key", severity: gatehouse.High,
			anchors: []string{"nvapi-"}, body: []part{run(urlsafe, 60, 70)},
			find: []string{"nvapi-" + "IR-HUU3z8X6_LPZstYVcdQZlTgjgkSJehxEJscjEzcYxbG8KM7F5lZXkhPjl"},
			pass: []string{"nvapi-" + "nW_eSuUldbTbXGd3WPd82P_X0464cQcfcY8slajDn4LJlfQJ1Jm9g14V16G", "nvapi-" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "elevenlabs-key", detail: "ElevenLabs API key", severity: gatehouse.High,
			anchors: []string{"sk_"}, body: []part{exactly(hex, 48)},
			find: []string{"sk_" + "95c58131db24011650040f5e18f2a2a1ba9aedfef9a319aa"},
			pass: []string{"sk_" + "c9bbcb3d107abdc5db31971339fbeedb799bb2ab3bdcdd0", "sk_" + "000000000000000000000000000000000000000000000000"},
		},
		{
			name: "tavily-key", detail: "Tavily API key", severity: gatehouse.High,
			anchors: []string{"tvly-dev-", "tvly-prod-", "tvly-"}, body: []part{exactly(alnum, 32)},
			find: []string{"tvly-dev-" + "pL1skqfBeyJT0DomWauVbeZnRFJ99jAa", "tvly-prod-" + "Rv2zumAoMGAmVJ902ZpkPjMXuD4EnRP7"},
			pass: []string{"tvly-dev-" + "YxVj7OOhtvJ6snADCzNMCyTMKa6esf7", "tvly-dev-" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "cerebras-key", detail: "Cerebras API key", severity: gatehouse.High,
			anchors: []string{"csk-"}, body: []part{exactly(lower, 48)},
			find: []string{"csk-" + "c5gzb6wj2ch8gzv4ijtaibt1gi8q5f8yne70ga71j8ie3k5w"},
			pass: []string{"csk-" + "1mmvxdezxmv3q7zi0uoh5un2nplmb18b3ph6zrbu6tp01xh", "csk-" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "langfuse-secret", detail: "Langfuse secret key", severity: gatehouse.High,
			anchors: []string{"sk-lf-"}, body: uuid(hex),
			find: []string{"sk-lf-" + "8f7499cb-b2ee-5972-151d-02f91a7507ff"},
			pass: []string{"sk-lf-" + "b3b523ff-67ac-177d-bc3a-296954506eb", "sk-lf-" + "00000000-0000-0000-0000-000000000000"},
		},
	}
}
